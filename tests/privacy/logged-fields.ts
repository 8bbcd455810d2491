import ts from 'typescript';

const levels = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** What calls of a logger hand to it, read from the source: `log.warn({ err }, '…')` logs `err`. */
export function loggedFields(programs: readonly ts.SourceFile[]): {
  readonly fields: ReadonlySet<string>;
  readonly calls: number;
  /** Calls whose fields are not to be seen there. */
  readonly unread: readonly string[];
} {
  const fields = new Set<string>();
  const unread: string[] = [];
  let calls = 0;
  for (const program of programs) {
    const objects = objectsByName(program);
    const look = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && isLogCall(node)) {
        calls++;
        const [first] = node.arguments;
        if (first !== undefined && !readFields(first, objects, fields)) {
          unread.push(`${program.fileName}: ${node.getText()}`);
        }
      }
      ts.forEachChild(node, look);
    };
    look(program);
  }
  return { fields, calls, unread };
}

/** `log.info(…)`, `app.log.info(…)`, `this.#log.info(…)`. */
function isLogCall({ expression }: ts.CallExpression): boolean {
  if (!ts.isPropertyAccessExpression(expression) || !levels.has(expression.name.text)) return false;
  return /(?:^|[.#])(?:log|logger)$/i.test(expression.expression.getText());
}

/** Objects that the program gives a name: `const about = { … }`. */
function objectsByName(program: ts.SourceFile): ReadonlyMap<string, ts.Expression> {
  const objects = new Map<string, ts.Expression>();
  const look = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      objects.set(node.name.text, node.initializer);
    }
    ts.forEachChild(node, look);
  };
  look(program);
  return objects;
}

/** Adds the names that an object has; false if they are not to be seen. */
function readFields(
  expression: ts.Expression,
  objects: ReadonlyMap<string, ts.Expression>,
  fields: Set<string>,
): boolean {
  if (ts.isParenthesizedExpression(expression)) return readFields(expression.expression, objects, fields);
  if (ts.isStringLiteralLike(expression) || ts.isTemplateExpression(expression)) return true;
  // `isOver ? 'one' : 'another'`, and `isSet && { … }`.
  if (ts.isConditionalExpression(expression)) {
    return (
      readFields(expression.whenTrue, objects, fields) && readFields(expression.whenFalse, objects, fields)
    );
  }
  if (ts.isBinaryExpression(expression)) return readFields(expression.right, objects, fields);
  if (ts.isIdentifier(expression)) {
    const named = objects.get(expression.text);
    return named !== undefined && readFields(named, objects, fields);
  }
  if (!ts.isObjectLiteralExpression(expression)) return false;
  return expression.properties.every((property) => {
    if (ts.isSpreadAssignment(property)) return readFields(property.expression, objects, fields);
    if (property.name === undefined) return false;
    fields.add(property.name.getText());
    return true;
  });
}

/** The names of a logged line, those within others behind a dot. A list counts as one value. */
export function fieldsOf(value: Readonly<Record<string, unknown>>, path = ''): string[] {
  return Object.entries(value).flatMap(([name, each]) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? fieldsOf(each as Record<string, unknown>, `${path}${name}.`)
      : [`${path}${name}`],
  );
}
