import { call } from './api.js';

/**
 * Reads server-sent events by fetch, since EventSource cannot send a token. Returns when the stream ends.
 *
 * @param onEvent called with the event's name and its data, parsed from JSON.
 */
export async function readEvents(path, signal, onOpen, onEvent) {
  const response = await call(path, { signal, accept: 'text/event-stream' });
  onOpen();
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) dispatch(block, onEvent);
  }
}

function dispatch(block, onEvent) {
  let name = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
  }
  if (data.length > 0) onEvent(name, JSON.parse(data.join('\n')));
}
