export function byId(id) {
  return document.getElementById(id);
}

const sameDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const otherDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function timeText(instant) {
  if (instant == null) return '–';
  const time = new Date(instant);
  return (time.toDateString() === new Date().toDateString() ? sameDay : otherDay).format(time);
}

export function placeText(place) {
  return place == null ? 'an unknown place' : `${place.latitude}, ${place.longitude}`;
}
