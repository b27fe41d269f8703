/**
 * Compares the checker with the definition and prints what it counted:
 * `node compare-main.ts short|long|answered COUNT [FIRST-DIFFERENCE] [KIND…]`. Run on changed copies of the
 * checker by a test; run by hand for the long comparison.
 */
import { compareAnswered, compareLong, compareShort } from './comparison.ts';
import { kinds } from './kinds.ts';

const [which = 'short', count = '1000', ...rest] = process.argv.slice(2);
const stopEarly = rest.includes('FIRST-DIFFERENCE');
const chosen = rest.filter((word) => word !== 'FIRST-DIFFERENCE');
let differences = 0;
for (const kind of chosen.length > 0 ? chosen : Object.keys(kinds)) {
  const compare =
    which === 'long' ? compareLong : which === 'answered' ? compareAnswered : compareShort;
  const counted = compare({ kind, from: 0, count: Number(count), stopEarly });
  differences += counted.differences.length;
  console.log(JSON.stringify({ kind, ...counted, differences: counted.differences.slice(0, 3) }));
  if (stopEarly && differences > 0) break;
}
process.exitCode = differences > 0 ? 1 : 0;
