// SPDX-License-Identifier: Apache-2.0
// One import of one file: rows are made here and sent in batches, each in one call that can be made again. A row that the
// node has is not taken a second time, so an import that stopped goes on with the batch that it stopped at, and the whole
// file can be given again. What is refused is told by line and column, never by value. All of it lives in memory.
import { toBinary } from '@bufbuild/protobuf';
import { ImportRowSchema, type ImportRow } from '../generated/aangan/node/v1/operator_pb';
import type { Refusal } from '../shared/refusal';
import { Watched } from '../shared/store';
import type { CsvFile } from './import_csv';
import type { Mapping } from './import_mapping';
import { RowBuilder, type Fault } from './import_rows';
import type { NodeData } from './data';

/** A body at the HTTPS port is at most 256 KiB; mapping id and lengths need some of it. */
const BATCH_BYTES_MAX = 240 << 10;
const BATCH_ROWS_MAX = 500;
export const TOLD_MAX = 100;

export type RunState = 'looking' | 'looked' | 'sending' | 'stopped' | 'done';

export interface Told {
  line: number;
  column: string;
  /** What this page found, by name; or what the node found, by its reason and in its own English words. */
  fault?: Fault['fault'] | 'too_large';
  reason?: string;
  description?: string;
}

interface Batch {
  rows: ImportRow[];
  bytes: number;
  /** Rows of the file that are behind it. */
  passed: number;
}

export class ImportRun extends Watched {
  state: RunState;
  refusal: Refusal | undefined;
  /** Rows of the file that were dealt with, the refused ones among them. */
  passed = 0;
  added = 0;
  repeated = 0;
  refusedCount = 0;
  /** The first ones. */
  readonly refused: Told[] = [];

  private wantsStop = false;
  private readonly builder: RowBuilder;
  private readonly batches: AsyncGenerator<Batch>;
  private pending: Batch | undefined;

  /** A look makes all rows and lets the node look at the first batch; nothing is taken in. */
  constructor(
    private readonly data: NodeData,
    readonly file: CsvFile,
    readonly mapping: Mapping,
    /** The name that the file goes by. */
    readonly source: string,
    readonly rows: number,
    private readonly isLook: boolean,
  ) {
    super();
    this.state = isLook ? 'looking' : 'sending';
    this.builder = new RowBuilder(mapping, source, file.columns);
    this.batches = this.makeBatches();
  }

  get isBusy(): boolean {
    return this.state === 'looking' || this.state === 'sending';
  }

  /** Begins, or goes on where it stopped. */
  async go(): Promise<void> {
    this.state = this.isLook ? 'looking' : 'sending';
    this.refusal = undefined;
    this.wantsStop = false;
    this.changed();
    try {
      let looked = false;
      while ((this.pending ??= (await this.batches.next()).value as Batch | undefined) && !this.wantsStop) {
        if (!looked) await this.send(this.pending);
        looked = this.isLook;
        this.passed = this.pending.passed;
        this.pending = undefined;
        this.changed();
      }
      this.state = this.wantsStop ? 'stopped' : this.isLook ? 'looked' : 'done';
      if (!this.wantsStop) this.passed = this.rows;
    } catch (error) {
      this.refusal = this.data.refused(error);
      this.state = 'stopped';
    }
    this.changed();
  }

  /** After the batch that is on its way. */
  stop(): void {
    this.wantsStop = true;
  }

  private async send(batch: Batch): Promise<void> {
    const { mapping, isLook } = this;
    const answer = await this.data.calls.operator.importBatch({ mappingId: mapping.id, rows: batch.rows, validateOnly: isLook });
    this.added += Number(answer.addedRows);
    this.repeated += Number(answer.repeatedRows);
    for (const { line, field, reason, description } of answer.refusedRows) {
      this.refuse({ line: Number(line), column: this.builder.columnOf(field), reason, description });
    }
  }

  private refuse(told: Told): void {
    this.refusedCount += 1;
    if (this.refused.length < TOLD_MAX) this.refused.push(told);
  }

  private async *makeBatches(): AsyncGenerator<Batch> {
    const empty = (): Batch => ({ rows: [], bytes: 0, passed: 0 });
    let batch = empty();
    let passed = 0;
    for (const row of this.file.rows()) {
      const built = await this.builder.build(row);
      const bytes = 'fault' in built ? 0 : toBinary(ImportRowSchema, built).length + 8;
      if ('fault' in built) {
        this.refuse(built);
      } else if (bytes > BATCH_BYTES_MAX) {
        this.refuse({ line: row.line, column: '', fault: 'too_large' });
      } else {
        if (batch.rows.length === BATCH_ROWS_MAX || batch.bytes + bytes > BATCH_BYTES_MAX) {
          yield batch;
          batch = empty();
        }
        batch.rows.push(built);
        batch.bytes += bytes;
      }
      batch.passed = passed += 1;
    }
    if (batch.rows.length > 0) yield batch;
  }
}
