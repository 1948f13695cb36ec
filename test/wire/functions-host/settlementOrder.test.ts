import { createSettlementOrder } from '../../../infra/local/functions-host/service-bus/settlementOrder';

/** A gate, the settlements that have begun, and the way to end one. */
function openOrder() {
  const inSettlementOrder = createSettlementOrder();
  const begun: string[] = [];
  const end = new Map<string, (error?: Error) => void>();
  const settle = (outcome: 'complete' | 'abandon', name: string): Promise<void> =>
    inSettlementOrder(outcome, () => {
      begun.push(name);
      return new Promise((resolve, reject) =>
        end.set(name, (error) => (error === undefined ? resolve() : reject(error))),
      );
    });
  return { settle, begun, end: (name: string, error?: Error) => end.get(name)?.(error) };
}

const turns = async (): Promise<void> => {
  for (let cycle = 0; cycle < 10; cycle++) await Promise.resolve();
};

test('settlements with the same outcome go together', async () => {
  const { settle, begun } = openOrder();
  void settle('complete', 'a');
  void settle('complete', 'b');
  await turns();
  expect(begun).toEqual(['a', 'b']);
});

test('a settlement with another outcome waits for all before it, and those after it wait for it', async () => {
  const { settle, begun, end } = openOrder();
  void settle('complete', 'a');
  void settle('complete', 'b');
  void settle('abandon', 'c');
  void settle('complete', 'd');
  await turns();
  end('a');
  await turns();
  expect(begun).toEqual(['a', 'b']);
  end('b');
  await turns();
  expect(begun).toEqual(['a', 'b', 'c']);
  end('c');
  await turns();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

test('one that fails is told to its caller and holds up nobody', async () => {
  const { settle, begun, end } = openOrder();
  const failing = settle('complete', 'a');
  void settle('abandon', 'b');
  await turns();
  end('a', new Error('lock lost'));
  await expect(failing).rejects.toThrow('lock lost');
  await turns();
  expect(begun).toEqual(['a', 'b']);
});
