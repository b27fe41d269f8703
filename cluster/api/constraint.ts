/** Placement constraints as SwarmKit parses them. @source swarmkit, manager/constraint/constraint.go (Parse) */

const operators = ['==', '!='] as const;
const keyShape = /^[a-z_][a-z0-9\-_.]+$/i;
const valueShape = /^[a-z0-9:\-_\s.*()?+[\]\\^$|/]+$/i;

/** Why an expression is none, or `undefined`. */
export const constraintProblem = (expression: string): string | undefined => {
  const operator = operators.find((one) => expression.includes(one));
  if (operator === undefined)
    return `constraint expected one operator from ${operators.join(', ')}`;
  const at = expression.indexOf(operator);
  const key = expression.slice(0, at).trim();
  const value = expression.slice(at + operator.length).trim();
  if (!keyShape.test(key)) return `key '${key}' is invalid`;
  if (!valueShape.test(value)) return `value '${value}' is invalid`;
  return undefined;
};
