import type { Compilable, CompiledQuery, QueryExecutorProvider, RawBuilder } from "kysely";

/** What the keepers put into columns; the same on every engine. */
export type Value = string | number | null;

/** SQL with its values, ready to be sent; `Row` is what comes back. */
export interface Statement<Row = unknown> {
  readonly sql: string;
  readonly parameters: readonly Value[];
  /** The text is seldom the same twice: it is not kept prepared. */
  readonly isRare?: true;
  /** Never there; carries the type of the rows. */
  readonly row?: Row;
}

/** Sends a statement and resolves to its rows. */
export type Ask = <Row>(statement: Statement<Row>) => Promise<readonly Row[]>;

/**
 * Compiles a query once and gives a function that fills in values. Building a query with Kysely costs more than
 * running it, and the shapes are few.
 *
 *     const byName = prepare<{ name: string }>()((given) => sql.selectFrom("users").where("name", "=", given.name));
 */
export function prepare<Values extends Readonly<Record<string, Value>> = Record<never, never>>(): <Row>(
  build: (given: Values) => Compilable<Row>,
) => (values: Values) => Statement<Row> {
  return <Row>(build: (given: Values) => Compilable<Row>) => {
    // Kysely keeps what it does not know as it is, so the marks come out among the parameters, in their order.
    const marks = new Proxy({}, { get: (_, name) => new Mark(String(name)), ownKeys: refuseToSpread }) as Values;
    const { sql, parameters } = build(marks).compile();
    if (parameters.includes(undefined)) throw new TypeError(`a value is missing in the query ${sql}`);
    return (values) => ({
      sql,
      parameters: parameters.map((parameter) => {
        if (!(parameter instanceof Mark)) return parameter as Value;
        const value = values[parameter.name];
        if (value === undefined) throw new TypeError(`no value given for ${parameter.name}`);
        return value;
      }),
    });
  };
}

/** Which values there are is not known while a query is built: a spread or a rest would silently take none. */
function refuseToSpread(): never {
  throw new TypeError("the values of a prepared query are taken by name, never spread");
}

/** A query without values of its own. */
export function statementOf<Row>(query: Compilable<Row>): Statement<Row> {
  const { sql, parameters }: CompiledQuery<Row> = query.compile();
  return { sql, parameters: parameters as readonly Value[] };
}

/** A query that was made up for one question. */
export function rareStatement<Row>(db: QueryExecutorProvider, query: RawBuilder<unknown>): Statement<Row> {
  const { sql, parameters } = query.compile(db);
  return { sql, parameters: parameters as readonly Value[], isRare: true };
}

/** Stands for a value that is not known yet. */
class Mark {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}
