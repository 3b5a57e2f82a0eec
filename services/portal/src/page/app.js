import { call, signIn, signOut } from './api.js';
import { refreshDeliveries, showMore } from './deliveries.js';
import { byId } from './dom.js';
import { stopTracking, track } from './tracking.js';

const refreshEveryMs = 3000;
/** Leaves the request time to pass the queue before the drone has to be there. */
const soonMs = 5000;

let chosenId;
let refreshTimer;

byId('sign-in').addEventListener('submit', (event) => submit(event, enter));
byId('request').addEventListener('submit', (event) => submit(event, requestDelivery));
byId('sign-out').addEventListener('click', () => leave());
byId('more').addEventListener('click', () => {
  showMore();
  refresh();
});

async function enter(form) {
  const { clientId, clientSecret } = Object.fromEntries(new FormData(form));
  await signIn(clientId, clientSecret);
  form.reset();
  show(true, clientId);
  await refresh();
}

function leave(message) {
  signOut();
  stopTracking();
  clearTimeout(refreshTimer);
  chosenId = undefined;
  byId('deliveries').replaceChildren();
  show(false, '');
  report(message);
}

function show(signedIn, identity) {
  byId('signed-in').hidden = !signedIn;
  byId('signed-out').hidden = signedIn;
  byId('sign-out').hidden = !signedIn;
  byId('identity').textContent = identity;
}

async function requestDelivery(form) {
  const fields = new FormData(form);
  const time = fields.get('pickupTime');
  const response = await call('/v1/deliveryrequests', {
    method: 'POST',
    body: {
      pickupLocation: fields.get('pickup'),
      dropOffLocation: fields.get('dropOff'),
      pickupTime: (time === '' ? new Date(Date.now() + soonMs) : new Date(time)).toISOString(),
      expedited: fields.get('expedited') === 'on',
      confirmationRequired: fields.get('confirmation'),
      packageInfo: { size: fields.get('size'), weight: Number(fields.get('weight')) },
    },
  });
  choose((await response.json()).deliveryId);
}

function choose(deliveryId) {
  chosenId = deliveryId;
  report();
  track(deliveryId, fail);
  refresh();
}

async function refresh() {
  clearTimeout(refreshTimer);
  try {
    await refreshDeliveries(chosenId, choose);
    if (!byId('signed-in').hidden) refreshTimer = setTimeout(refresh, refreshEveryMs);
  } catch (error) {
    fail(error);
    if (error.status !== 401) refreshTimer = setTimeout(refresh, refreshEveryMs * 3);
  }
}

async function submit(event, action) {
  event.preventDefault();
  const button = event.target.querySelector('button');
  button.disabled = true;
  report();
  try {
    await action(event.target);
  } catch (error) {
    fail(error);
  } finally {
    button.disabled = false;
  }
}

function fail(error) {
  if (error.status === 401 && !byId('signed-in').hidden) leave('The session has ended: sign in again.');
  else report(error.message);
}

function report(message) {
  byId('message').hidden = message === undefined;
  byId('message').textContent = message ?? '';
}
