import type { CallContext } from './callData';

/** `data` with what is attached to its call, in place of an earlier context; without any where that was taken away. Pure. */
export function withContext<Data extends object>(data: Data, context: CallContext): Data {
  const { context: _earlier, ...rest } = data as Data & { readonly context?: CallContext };
  return (Object.keys(context).length === 0 ? rest : { ...rest, context }) as Data;
}
