import { read } from './api.js';
import { byId, placeText, timeText } from './dom.js';
import { readEvents } from './event-stream.js';
import { createMap } from './map.js';

const way = ['Created', 'HeadedToPickup', 'HeadedToDropoff', 'Completed'];
const finalStages = ['Completed', 'Cancelled', 'Failed'];
const reconnectAfterMs = 2000;

const map = createMap(byId('map'));
let watching = new AbortController();

export function stopTracking() {
  watching.abort();
  byId('tracking-shown').hidden = true;
  byId('tracking-none').hidden = false;
}

/** Shows a delivery and follows it until it ends or another one is chosen. */
export async function track(deliveryId, onFailure) {
  watching.abort();
  watching = new AbortController();
  const { signal } = watching;
  try {
    const delivery = await readWhenThere(deliveryId, signal);
    map.show(delivery.pickup, delivery.dropoff);
    byId('tracking-shown').hidden = false;
    byId('tracking-none').hidden = true;
    byId('shown-id').textContent = delivery.id;
    byId('map').ariaLabel = `Map: from ${placeText(delivery.pickup)} to ${placeText(delivery.dropoff)}`;
    showStatus(delivery);
    await follow(delivery, signal);
  } catch (error) {
    if (!signal.aborted) onFailure(error);
  }
}

/** A request that was just accepted may not have been taken from the queue yet. */
async function readWhenThere(deliveryId, signal) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await read(`/v1/deliveries/${deliveryId}`, signal);
    } catch (error) {
      if (error.status !== 404 || error.retryAfterS === undefined || attempt > 30) throw error;
      await pause(error.retryAfterS * 1000, signal);
    }
  }
}

async function follow(delivery, signal) {
  let ended = finalStages.includes(delivery.stage);
  const connection = byId('shown-connection');
  const onEvent = (name, status) => {
    if (name !== 'status') return;
    ended = finalStages.includes(status.stage);
    showStatus(status);
  };
  while (!ended) {
    connection.textContent = 'connecting …';
    const onOpen = () => {
      connection.textContent = 'live';
    };
    await readEvents(`/v1/deliveries/${delivery.id}/events`, signal, onOpen, onEvent).catch((error) => {
      if (signal.aborted || (error.status >= 400 && error.status < 500)) throw error;
    });
    if (!ended) {
      connection.textContent = 'interrupted; trying again';
      await pause(reconnectAfterMs, signal);
    }
  }
  connection.textContent = 'ended';
}

function showStatus({ stage, droneId, pickupETA, deliveryETA, lastKnownLocation }) {
  showStage(stage);
  byId('shown-drone').textContent = droneId ?? 'none yet';
  byId('shown-pickup').textContent = timeText(pickupETA);
  byId('shown-delivery').textContent = timeText(deliveryETA);
  if (lastKnownLocation != null) map.moveDrone(lastKnownLocation);
}

function showStage(stage) {
  const cutShort = stage === 'Cancelled' || stage === 'Failed';
  const stages = cutShort
    ? [...way.slice(0, 1), stage]
    : way.map((each) => (each === 'Created' && stage === 'Rescheduled' ? stage : each));
  const present = stages.indexOf(stage);
  const items = stages.map((each, index) => {
    const item = document.createElement('li');
    item.textContent = each;
    if (index < present) item.className = 'passed';
    if (index === present) item.className = cutShort ? 'ended' : 'present';
    return item;
  });
  byId('stages').replaceChildren(...items);
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
