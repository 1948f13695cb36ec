import { createCallRows } from '../../../shared/storage/callRows';
import type { Progress } from '../../../shared/storage/orderRows';

const step = (n: number): Progress => ({ subscriptionId: `sub_${n}`, eventId: 'e', atMs: n });
const steps = (from: number, to: number): Progress[] => Array.from({ length: to - from }, (_, n) => step(from + n));

test('what is noted of a call goes into one row: texts, and steps that grow', () => {
  const rows = createCallRows();
  const name = rows.forText('call', 100, 0);
  expect(rows.forSteps('call', [step(1)])).toMatchObject({ name, number: 1, steps: [step(1)] });
  expect(rows.forText('call', 100, 0)).toBe(name);
  expect(rows.forSteps('call', [step(2)])).toMatchObject({ name, number: 1, steps: [step(1), step(2)] });
  expect(rows.forText('another', 100, 0)).not.toBe(name);
});

test('a text of steps holds 128', () => {
  const rows = createCallRows();
  rows.forSteps('call', steps(0, 64));
  const { name } = rows.forSteps('call', steps(64, 128));
  expect(rows.forSteps('call', steps(128, 130))).toMatchObject({ name, number: 2, steps: steps(128, 130) });
});

test('a row holds 400,000 characters, of steps 32,000 a text', () => {
  const rows = createCallRows();
  const name = rows.forText('call', 368_000, 0);
  expect(rows.forSteps('call', [step(1)])).toMatchObject({ name, number: 1 });
  expect(rows.forSteps('call', [step(2)])).toMatchObject({ name, number: 1 });
  const next = rows.forText('call', 1, 0);
  expect(next).not.toBe(name);
  expect(rows.forSteps('call', [step(3)])).toMatchObject({ name: next, number: 1, steps: [step(3)] });
});

test('a row holds 200 texts', () => {
  const rows = createCallRows();
  const names = Array.from({ length: 200 }, () => rows.forText('call', 1, 0));
  expect(new Set(names).size).toBe(1);
  expect(rows.forText('call', 1, 0)).not.toBe(names[0]);
});

test('a row is of one day', () => {
  const rows = createCallRows();
  const dayMs = 86_400_000;
  const name = rows.forText('account', 1, dayMs);
  expect(rows.forText('account', 1, 2 * dayMs - 1)).toBe(name);
  expect(rows.forSteps('account', [{ ...step(1), atMs: 2 * dayMs - 1 }]).name).toBe(name);
  const next = rows.forSteps('account', [{ ...step(2), atMs: 2 * dayMs }]);
  expect(next).toMatchObject({ number: 1, steps: [{ subscriptionId: 'sub_2' }] });
  expect(next.name).not.toBe(name);
});

test('after a failure comes another row', () => {
  const rows = createCallRows();
  const { name } = rows.forSteps('call', [step(1)]);
  rows.leave('call');
  const next = rows.forSteps('call', [step(2)]);
  expect(next).toMatchObject({ number: 1, steps: [step(2)] });
  expect(next.name).not.toBe(name);
});

test('the last row of a thousand calls is remembered', () => {
  const rows = createCallRows();
  const [first, second] = [rows.forText('call 0', 1, 0), rows.forText('call 1', 1, 0)];
  for (let call = 2; call < 1000; call += 1) rows.forText(`call ${call}`, 1, 0);
  expect(rows.forText('call 0', 1, 0)).toBe(first);
  rows.forText('call 1000', 1, 0);
  expect(rows.forText('call 0', 1, 0)).toBe(first);
  expect(rows.forText('call 1', 1, 0)).not.toBe(second);
});
