const width = 640;
const height = 400;
const margin = 60;
const pointsMax = 2000;
const svgNamespace = 'http://www.w3.org/2000/svg';

/** Draws pickup, drop-off, the drone and the way that it has come, on a plane that fits them all. */
export function createMap(svg) {
  let places = {};
  let flown = [];
  return {
    show(pickup, dropOff) {
      places = { pickup, dropOff };
      flown = [];
      draw(svg, places, flown);
    },
    moveDrone(location) {
      const last = flown.at(-1);
      if (last?.latitude === location.latitude && last?.longitude === location.longitude) return;
      flown.push(location);
      if (flown.length > pointsMax) flown.shift();
      draw(svg, places, flown);
    },
  };
}

function draw(svg, { pickup, dropOff }, flown) {
  const drone = flown.at(-1);
  const known = [pickup, dropOff, ...flown].filter((place) => place != null);
  if (known.length === 0) return svg.replaceChildren();
  const at = projection(known);
  const parts = [];
  if (pickup && dropOff) parts.push(line('leg', at(pickup), at(dropOff)));
  if (flown.length > 1)
    parts.push(element('polyline', { class: 'flown', points: flown.map((p) => at(p).join()).join(' ') }));
  if (pickup) parts.push(...mark('pickup', 'Pickup', at(pickup), 9));
  if (dropOff) parts.push(...mark('drop-off', 'Drop-off', at(dropOff), 9));
  if (drone) parts.push(...mark('drone', 'Drone', at(drone), 7));
  svg.replaceChildren(...parts);
}

/** Equirectangular around the middle: true enough over the few kilometres of a delivery. */
function projection(places) {
  const latitudes = places.map((place) => place.latitude);
  const longitudes = places.map((place) => place.longitude);
  const middle = { latitude: mid(latitudes), longitude: mid(longitudes) };
  const stretch = Math.cos((middle.latitude * Math.PI) / 180);
  const span = (values) => Math.max(...values) - Math.min(...values);
  const scale = Math.min(
    (width - 2 * margin) / Math.max(span(longitudes) * stretch, 1e-4),
    (height - 2 * margin) / Math.max(span(latitudes), 1e-4),
  );
  return (place) => [
    Math.round(width / 2 + (place.longitude - middle.longitude) * stretch * scale),
    Math.round(height / 2 - (place.latitude - middle.latitude) * scale),
  ];
}

function mid(values) {
  return (Math.max(...values) + Math.min(...values)) / 2;
}

function mark(kind, label, [x, y], radius) {
  const text = element('text', { x, y: kind === 'drone' ? y + 26 : y - 16 });
  text.textContent = label;
  return [element('circle', { class: kind, cx: x, cy: y, r: radius }), text];
}

function line(kind, [x1, y1], [x2, y2]) {
  return element('line', { class: kind, x1, y1, x2, y2 });
}

function element(name, attributes) {
  const made = document.createElementNS(svgNamespace, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
