import { expect, test } from '@jest/globals';
import { identityOf, type ProcessIdentity } from '../live/process-identity.ts';
import { labelsOf, ownerIn } from './labels.ts';

const self = (): ProcessIdentity => {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error('this process is there');
  return identity;
};

test('the labels of a run say whether its owner lives', () => {
  expect(ownerIn(labelsOf({ run: 'r', owner: self() }))).toBe('alive');
  expect(ownerIn(labelsOf({ run: 'r', owner: { ...self(), since: 'another time' } }))).toBe('dead');
});

test('an owner on another machine is not taken for a dead one', () => {
  const [label = ''] = Object.keys(labelsOf({ run: 'r', owner: self() })).slice(-1);
  expect(ownerIn({ [label]: JSON.stringify({ ...self(), host: 'another' }) })).toBe('elsewhere');
});

test('whose labels name no owner, or an unreadable one, has none', () => {
  expect(ownerIn({})).toBe('dead');
  expect(ownerIn({ 'schism.owner': 'somebody' })).toBe('dead');
});
