export type { Browser, HeldMessage, PeekedMessage } from './servicebus/browser.ts';
export { type EntityAddress, entityName } from './servicebus/entity.ts';
export type { OutgoingMessage, ReceivedMessage } from './servicebus/message.ts';
export type { HandlingContext, Receiver, ReceiverOptions } from './servicebus/receiver.ts';
export { MessageRefused, type Sender, type SenderOptions, type SendOptions } from './servicebus/sender.ts';
export { connectServiceBus, type ServiceBus, type ServiceBusOptions } from './servicebus/service-bus.ts';
export { abandon, complete, deadLetter, defer, type Settlement } from './servicebus/settlement.ts';
