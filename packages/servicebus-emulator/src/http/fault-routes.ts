import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultControl } from '../faults/fault.ts';
import { FaultPlanError, parseFaults } from '../faults/parse-faults.ts';
import { readBody } from './read-body.ts';
import { sendJson, sendProblem } from './respond.ts';

const bodyBytesMax = 64 * 1024;

/** `GET`, `PUT` (a list, which takes the place of the one before) and `DELETE`. */
export async function answerFaults(
  request: IncomingMessage,
  response: ServerResponse,
  control: FaultControl,
): Promise<void> {
  switch (request.method) {
    case 'PUT':
      if (!(await replaceFaults(request, response, control))) return;
      break;
    case 'DELETE':
      control.clear();
      break;
    case 'GET':
      break;
    default:
      response.setHeader('allow', 'GET, PUT, DELETE');
      sendProblem(response, 405, 'Only GET, PUT and DELETE are served');
      return;
  }
  sendJson(response, 200, { faults: control.report() });
}

/** @returns false when it has answered that it could not */
async function replaceFaults(
  request: IncomingMessage,
  response: ServerResponse,
  control: FaultControl,
): Promise<boolean> {
  try {
    const text = await readBody(request, bodyBytesMax);
    if (text === undefined) {
      response.setHeader('connection', 'close');
      sendProblem(response, 413, `The body is larger than ${bodyBytesMax} bytes`);
      return false;
    }
    control.set(parseFaults(JSON.parse(text)));
    return true;
  } catch (error) {
    if (error instanceof FaultPlanError)
      sendProblem(response, 400, 'The faults cannot be set', { errors: error.problems });
    else if (error instanceof SyntaxError) sendProblem(response, 400, 'The body is no JSON');
    else throw error;
    return false;
  }
}
