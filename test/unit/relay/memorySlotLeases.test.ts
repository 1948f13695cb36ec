import { describeSlotLeases } from '../../contract/slotLeases';
import { createMemorySlotLeases } from '../../support/memorySlotLeases';

describeSlotLeases('SlotLeaseStore in memory', () => Promise.resolve(createMemorySlotLeases()));
