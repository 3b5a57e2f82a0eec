import { complete, ended, no, noted, type Row, released, testRows } from '../../test/play.ts';
import { cancelRequest } from '../../test/requests.ts';

const cancels: readonly Row[] = [
  ['releases, then ends', cancelRequest(), [released, ended], complete('cancelled')],
  [
    'after the pickup is refused',
    cancelRequest(),
    [no('releaseDroneDelivery', 'parcel-on-board'), noted],
    complete('refused'),
  ],
  [
    'of a delivery that flew without us is done',
    cancelRequest(),
    [no('releaseDroneDelivery', 'parcel-on-board'), no('recordRefusal', 'not-found')],
    complete('never-existed'),
  ],
  [
    'of an ended delivery is refused',
    cancelRequest(),
    [released, no('putDeliveryOutcome', 'delivery-terminal'), noted],
    complete('refused'),
  ],
  [
    'that nobody understands is a dead letter',
    cancelRequest(),
    [no('releaseDroneDelivery', 'validation-failed')],
    { kind: 'dead-letter', reason: 'compensation-failed' },
  ],
];

testRows('cancel', cancels);
