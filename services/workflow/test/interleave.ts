import { AppError } from '@dronedelivery/service-kit/app-error';
import { delayedCopy } from '../src/app/delayed-copy.ts';
import { handle } from '../src/domain/handle.ts';
import type { DeliveryRequest } from '../src/domain/request.ts';
import type { Answer, Call, Ending, Saga } from '../src/domain/saga.ts';
import { circumstances, noonMs } from './requests.ts';
import { StandInWorld } from './stand-in-world.ts';

/** What goes on at once: requests that are handled, and one thing that the world does by itself at any moment. */
export interface Scenario {
  readonly requests: readonly DeliveryRequest[];
  readonly event?: (world: StandInWorld) => void;
  /** Handlings that break off after a call, and begin anew. */
  readonly crashes?: number;
}

export interface Played {
  readonly world: StandInWorld;
  readonly endings: readonly Ending[];
  /** What happened in which order, for people. */
  readonly log: readonly string[];
}

interface Handling {
  readonly request: DeliveryRequest;
  readonly saga: Saga;
  /** The call that it makes next, or how it ends. */
  next: IteratorResult<Call, Ending>;
}

/** Copies of copies of one request. */
const copiesMax = 60;

/** Plays a scenario in every order in which the calls of its handlings can follow each other. */
export function* everyOrder(scenario: Scenario): Generator<Played> {
  let choices: number[] | undefined = [];
  while (choices !== undefined) {
    const options: number[] = [];
    yield play(scenario, choices, options);
    choices = nextChoices(choices, options);
  }
}

/** The next in the order of the numbers that the choices spell, of what was possible at each. */
function nextChoices(choices: readonly number[], options: readonly number[]): number[] | undefined {
  const full = options.map((_, depth) => choices[depth] ?? 0);
  for (let depth = full.length - 1; depth >= 0; depth--) {
    const next = (full[depth] ?? 0) + 1;
    if (next < (options[depth] ?? 0)) return [...full.slice(0, depth), next];
  }
  return undefined;
}

/** `options` receives how many moves were possible at each choice. */
function play({ requests, event, crashes = 0 }: Scenario, choices: readonly number[], options: number[]): Played {
  const game = new Game(requests, crashes > 0);
  let crashesLeft = crashes;
  let isEventLeft = event !== undefined;
  for (;;) {
    const running = game.live.length;
    const moves = running + (crashesLeft > 0 ? running : 0) + (isEventLeft ? 1 : 0);
    if (moves === 0) break;
    const move = choices[options.length] ?? 0;
    options.push(moves);
    if (move < running) game.proceed(move);
    else if (isEventLeft && move === moves - 1) {
      event?.(game.world);
      game.log.push('event');
      isEventLeft = false;
    } else {
      game.crash(move - running);
      crashesLeft--;
    }
  }
  game.workCopies();
  return game;
}

class Game implements Played {
  readonly world = new StandInWorld();
  readonly live: Handling[];
  readonly endings: Ending[] = [];
  readonly log: string[] = [];
  readonly #copies: { readonly request: DeliveryRequest; readonly notBeforeMs: number }[] = [];
  readonly #mayCrash: boolean;

  /** @param mayCrash a handling may crash between its last call and its end, which is a move of its own then */
  constructor(requests: readonly DeliveryRequest[], mayCrash: boolean) {
    this.#mayCrash = mayCrash;
    this.live = requests.map((request) => begin(request, noonMs));
  }

  /** One call and what follows from its answer, or the end. */
  proceed(index: number): void {
    const handling = this.live[index];
    if (handling !== undefined && this.#step(handling)) this.live.splice(index, 1);
  }

  /** The handling is gone; its message comes back. */
  crash(index: number): void {
    const [gone] = this.live.splice(index, 1);
    if (gone === undefined) return;
    const { message, envelope } = gone.request;
    this.log.push(`crash of ${message.kind}`);
    this.live.push(begin({ message, envelope: { ...envelope, redeliveries: envelope.redeliveries + 1 } }, noonMs));
  }

  workCopies(): void {
    for (let count = 0; this.#copies.length > 0 && count < copiesMax; count++) {
      this.#copies.sort((a, b) => a.notBeforeMs - b.notBeforeMs);
      const copy = this.#copies.shift();
      if (copy === undefined) return;
      const handling = begin(copy.request, copy.notBeforeMs);
      while (!this.#step(handling));
    }
  }

  /** @returns whether it has ended */
  #step(handling: Handling): boolean {
    const { request, saga } = handling;
    if (handling.next.done !== true) {
      const answer = answerOf(this.world, request.message.deliveryId, handling.next.value);
      this.log.push(`${request.message.kind} ${handling.next.value.name} ${answer.kind}`);
      handling.next = saga.next(answer);
      if (handling.next.done !== true || this.#mayCrash) return false;
    }
    this.#end(request, handling.next.value);
    return true;
  }

  #end(request: DeliveryRequest, ending: Ending): void {
    this.log.push(`${request.message.kind} ends: ${ending.kind}`);
    if (ending.kind !== 'delay') this.endings.push(ending);
    else this.#copies.push(ofCopy(delayedCopy(request, ending)));
  }
}

function ofCopy({ message, envelope, notBeforeMs }: ReturnType<typeof delayedCopy>) {
  return { request: { message, envelope }, notBeforeMs };
}

function begin(request: DeliveryRequest, nowMs: number): Handling {
  const saga = handle(request, circumstances(nowMs));
  return { request, saga, next: saga.next() };
}

function answerOf(world: StandInWorld, id: string, call: Call): Answer {
  try {
    return { kind: 'done', gain: gainOf(world, id, call) } as Answer;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'refused', code: error.code, detail: error.message };
  }
}

function gainOf(world: StandInWorld, id: string, call: Call): unknown {
  switch (call.name) {
    case 'putDelivery':
      return { created: world.putDelivery(id, call.body) === 201 };
    case 'getDelivery':
      return world.delivery(id);
    case 'replanDelivery':
      return world.replan(id, call.body);
    case 'putDeliveryOutcome':
      return world.end(id, call.body.stage, call.body.reason.code);
    case 'recordRefusal':
      return world.refuse(id, call.body.requestId, call.body.reason.code);
    case 'putPackage':
      return world.putPackage(call.packageId, call.body.weight);
    case 'putDroneDelivery':
      return world.putMission(id, call.body);
    case 'getDroneDelivery':
      return world.mission(id);
    case 'releaseDroneDelivery':
      return world.release(id);
    default:
      return call satisfies never;
  }
}
