import type { SystemProperties } from '../../codec/properties.ts';

/** System properties as expressions write them, in lower case, and as the codec calls them. */
const byName = {
  contenttype: 'contentType',
  correlationid: 'correlationId',
  label: 'label',
  messageid: 'messageId',
  replyto: 'replyTo',
  replytosessionid: 'replyToSessionId',
  sessionid: 'sessionId',
  subject: 'label',
  to: 'to',
} as const satisfies Readonly<Record<string, keyof SystemProperties>>;

/** For messages to people. */
export const systemNames = [
  'ContentType',
  'CorrelationId',
  'Label',
  'MessageId',
  'ReplyTo',
  'ReplyToSessionId',
  'SessionId',
  'Subject',
  'To',
] as const;

/** Letter case does not count. */
export function systemNameOf(name: string): keyof SystemProperties | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(byName, key) ? byName[key as keyof typeof byName] : undefined;
}
