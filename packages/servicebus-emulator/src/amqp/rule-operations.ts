import type { Operation, OperationContext } from './operation.ts';
import type { RequestBody } from './request-body.ts';
import { encodeRule, readRule } from './rule-codec.ts';

/** What a management node does with the rules of its subscription. */
export const ruleOperations: Readonly<Record<string, Operation>> = {
  'com.microsoft:add-rule': addRule,
  'com.microsoft:remove-rule': removeRule,
  'com.microsoft:enumerate-rules': enumerateRules,
};

const pageMax = 2_000;

function addRule({ broker: { administration }, path }: OperationContext, body: RequestBody): undefined {
  const name = body.text('rule-name') ?? '';
  administration.addRule(administration.getSubscription(path), readRule(name, body.map('rule-description')));
  return undefined;
}

function removeRule({ broker: { administration }, path }: OperationContext, body: RequestBody): undefined {
  administration.removeRule(administration.getSubscription(path), body.text('rule-name') ?? '');
  return undefined;
}

function enumerateRules({ broker: { administration }, path }: OperationContext, body: RequestBody): object | undefined {
  const { rules } = administration.getSubscription(path).subscription;
  const skip = body.count('skip', Number.MAX_SAFE_INTEGER);
  const page = rules.slice(skip, skip + body.count('top', pageMax));
  if (page.length === 0) return undefined;
  return { rules: page.map(({ definition }) => ({ 'rule-description': encodeRule(definition) })) };
}
