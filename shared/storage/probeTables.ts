import type { Clock } from '../clock';
import { statusOf, storageUnavailable } from './translateStorageError';
import { tableNames, type TableName, type Tables } from './tables';

/** Whether the tables could be read just now, and what time the storage account has. */
export interface TableProbe {
  readonly problems: readonly {
    readonly table: TableName;
    /** In a sentence. */
    readonly problem: string;
    /** The Azure role that is lacking, where that is what is wrong. */
    readonly missingRole?: string;
  }[];
  /** By how much this machine's clock is ahead of Azure's, within a second; undefined where nothing was answered. */
  readonly clockAheadMs?: number;
}

const ROLE = 'Storage Table Data Contributor';

/** Reads one row at most of every table; one that is not there yet is created, as by its first use. Never rejects. */
export async function probeTables(tables: Tables, clock: Clock): Promise<TableProbe> {
  const offsets: number[] = [];
  const probes = await Promise.all(
    tableNames.map(async (table) => {
      try {
        const client = await tables.client(table);
        const sentAtMs = clock.now();
        const onResponse = ({ headers }: { readonly headers: { get(name: string): string | undefined } }): void => {
          const dateMs = Date.parse(headers.get('date') ?? '');
          // The header has whole seconds, and was written about halfway between request and answer.
          if (!Number.isNaN(dateMs)) offsets.push((sentAtMs + clock.now()) / 2 - (dateMs + 500));
        };
        await client
          .listEntities({ queryOptions: { select: ['PartitionKey'] }, onResponse })
          .byPage({ maxPageSize: 1 })
          .next();
        return [];
      } catch (error) {
        const lacksRole = statusOf(error) === 403 || statusOf((error as { cause?: unknown }).cause) === 403;
        return [
          lacksRole
            ? {
                table,
                problem: `The relay may not use the table ${table}: it lacks the role ${ROLE}.`,
                missingRole: ROLE,
              }
            : { table, problem: `Table ${table}: ${storageUnavailable(error).message}` },
        ];
      }
    }),
  );
  const clockAheadMs = offsets.sort((one, other) => Math.abs(one) - Math.abs(other))[0];
  return { problems: probes.flat(), ...(clockAheadMs === undefined ? {} : { clockAheadMs }) };
}
