import type { InnerSender } from './rhea-internals.ts';

/** Says yes to a client that receives, in the words that it used. */
export function answerAttach(sender: InnerSender, filter?: Readonly<Record<string, string>>): void {
  sender.set_source({ address: sender.source?.address ?? '', ...(filter === undefined ? {} : { filter }) });
  sender.set_target(sender.target ?? {});
  const { attach } = sender.local;
  attach.snd_settle_mode = sender.snd_settle_mode;
  attach.rcv_settle_mode = sender.rcv_settle_mode;
}
