/** What commits of this process announce to its own workers. */

/** Something that somebody may be watching has changed. */
export const changeTopic = 'delivery';
/** There is something to tell. */
export const notificationTopic = 'notification';
/** There is something to archive. */
export const endTopic = 'delivery-ended';
