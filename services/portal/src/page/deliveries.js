import { read } from './api.js';
import { byId, timeText } from './dom.js';

const pageSize = 10;
const rowsMax = 200;

let rowsWanted = pageSize;

export function showMore() {
  rowsWanted = Math.min(rowsWanted + pageSize, rowsMax);
}

export async function refreshDeliveries(chosenId, onChoose) {
  const { items, nextCursor } = await read(`/v1/deliveries?limit=${rowsWanted}`);
  byId('deliveries').replaceChildren(...items.map((delivery) => row(delivery, chosenId, onChoose)));
  byId('no-deliveries').hidden = items.length > 0;
  byId('more').hidden = nextCursor === undefined || rowsWanted >= rowsMax;
}

function row(delivery, chosenId, onChoose) {
  const made = document.createElement('tr');
  if (delivery.id === chosenId) made.setAttribute('aria-current', 'true');
  const choose = document.createElement('button');
  choose.type = 'button';
  choose.textContent = delivery.id;
  choose.title = delivery.id;
  choose.addEventListener('click', () => onChoose(delivery.id));
  const { stage, pickupETA, deliveryETA, pickedUpAt, deliveredAt } = delivery;
  for (const content of [choose, stage, timeText(pickedUpAt ?? pickupETA), timeText(deliveredAt ?? deliveryETA)]) {
    const cell = document.createElement('td');
    cell.append(content);
    made.append(cell);
  }
  return made;
}
