/**
 * A person's edits of a proposal, found in the notebook as it is now: what they say of statements and literals. An edit
 * whose place is gone is told as a problem and changes nothing.
 */
import type {
  BoundaryEdit,
  EditProblem,
  LiteralRef,
  ParameterEdit,
  ProposalEdits,
  SecretEdit,
  StatementRef,
} from '../edits.ts'
import type { Parameter } from '../manifest.ts'
import type { Notebook } from '../notebook.ts'
import { secretsInSource } from '../../language/notebook/secrets.ts'
import type { Slice, Statement } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'
import {
  createStatementRefs,
  literalAt,
  literalsOf,
  type Literal,
  type StatementRefs,
} from '../slice/refs.ts'

export interface Decisions {
  /** By the index of the statement that comes after it: whether a step begins there. */
  readonly boundaries: ReadonlyMap<number, boolean>
  /** Proposed name -> name. */
  readonly stepNames: ReadonlyMap<string, string>
  /** Constants that are no parameters. */
  readonly constants: ReadonlySet<string>
  /** By index of the statement: literals that become parameters, and those that become secrets. */
  readonly lifts: ReadonlyMap<number, readonly Lift[]>
  readonly secrets: ReadonlyMap<number, readonly SecretLiteral[]>
  readonly problems: readonly EditProblem[]
}

export interface Lift {
  readonly at: LiteralRef
  readonly node: ts.Expression
  readonly parameter: Parameter
}

export interface SecretLiteral {
  readonly at: LiteralRef
  readonly node: ts.Expression
  readonly name: string
  readonly value: string
  /** Nobody named it: it looks like a secret. */
  readonly isGuess: boolean
}

interface Search {
  readonly slice: Slice
  readonly refs: StatementRefs
  readonly problems: EditProblem[]
}

export function decide(slice: Slice, notebook: Notebook, edits: ProposalEdits): Decisions {
  const problems: EditProblem[] = []
  const search = { slice, refs: createStatementRefs(notebook, slice.statements), problems }
  const parameters = edits.parameters ?? []
  const constants = new Set(parameters.flatMap(edit => ('keep' in edit ? [edit.keep] : [])))
  return {
    boundaries: findBoundaries(search, edits.boundaries ?? []),
    stepNames: new Map((edits.steps ?? []).map(({ step, name }) => [step, name])),
    constants,
    lifts: findLifts(search, parameters),
    secrets: findSecrets(search, edits.secrets ?? [], constants),
    problems,
  }
}

function findBoundaries(search: Search, edits: readonly BoundaryEdit[]): ReadonlyMap<number, boolean> {
  const found = new Map<number, boolean>()
  for (const { before, boundary } of edits) {
    const statement = statementAt(search, before, 'boundary')
    if (statement) found.set(statement.index, boundary)
  }
  return found
}

function findLifts(search: Search, edits: readonly ParameterEdit[]): ReadonlyMap<number, readonly Lift[]> {
  const found = new Map<number, Lift[]>()
  const byName = new Map<string, Parameter>()
  for (const edit of edits) {
    if (!('lift' in edit)) continue
    const { name, lift: at, description } = edit
    const place = literalOf(search, at, `parameter ${name}`)
    if (!place) continue
    const problem = nameProblem(search, name, place.statement) ?? valueProblem(byName, name, place.literal)
    if (problem !== undefined) {
      search.problems.push({ message: problem, cell: at.cell })
      continue
    }
    const { value, node } = place.literal
    const schema = { type: typeof value }
    const parameter = { name, schema, default: value, ...(description ? { description } : {}) }
    byName.set(name, parameter)
    append(found, place.statement.index, { at, node, parameter })
  }
  return found
}

/** Promotion would have to give one of the two another name. */
function nameProblem({ slice }: Search, name: string, at: Statement): string | undefined {
  const isTaken = slice.statements.some(
    other => slice.kept.has(other.index) && (other.declares.includes(name) || mentionsText(other, name)),
  )
  // A constant that stays may give its name to the literal of its own: `const rows = 5` with 5 as `rows`.
  if (!isTaken || (at.declares.length === 1 && at.declares[0] === name)) return undefined
  return `The parameter cannot be called ${name}: what the pipeline needs uses that name. Choose another.`
}

function mentionsText({ node, mentions }: Statement, name: string): boolean {
  const word = new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`)
  return mentions.has(name) || word.test(node.getText())
}

function valueProblem(known: ReadonlyMap<string, Parameter>, name: string, { value }: Literal) {
  const other = known.get(name)
  if (!other || other.default === value) return undefined
  return `Two literals with different values are to be the parameter ${name}. Give one of them another name.`
}

function findSecrets(search: Search, edits: readonly SecretEdit[], constants: ReadonlySet<string>) {
  const found = new Map<number, SecretLiteral[]>()
  for (const { literal: at, name } of edits) {
    const place = literalOf(search, at, `secret ${name}`)
    if (!place) continue
    const { node, value } = place.literal
    if (typeof value === 'string')
      append(found, place.statement.index, { at, node, name, value, isGuess: false })
    else
      search.problems.push({
        message: `Expected a text as the secret ${name}, got a ${typeof value}.`,
        cell: at.cell,
      })
  }
  const named = new Set([...found.values()].flatMap(secrets => secrets.map(({ node }) => node)))
  for (const secret of guessSecrets(search)) {
    const { statement, node } = secret
    if (named.has(node) || statement.declares.some(name => constants.has(name))) continue
    append(found, statement.index, secret)
  }
  return found
}

/** What looks like a secret goes by name into a pipeline, never as text. */
function guessSecrets({ slice, refs }: Search): (SecretLiteral & { readonly statement: Statement })[] {
  return slice.statements
    .filter(({ index }) => slice.kept.has(index))
    .flatMap(statement => {
      const start = statement.node.getStart()
      const spans = secretsInSource(statement.node.getText())
      return spans.length === 0
        ? []
        : literalsOf(statement.node).flatMap(({ node, value }, literal) =>
            typeof value === 'string' &&
            spans.some(span => span.start + start < node.end && node.getStart() < span.end + start)
              ? [
                  {
                    at: { ...refs.of(statement), literal },
                    name: secretName(node),
                    ...{ node, value, statement, isGuess: true },
                  },
                ]
              : [],
          )
    })
}

/** `const apiKey = '…'` and `{ apiKey: '…' }` -> `API_KEY`. */
function secretName({ parent }: ts.Expression): string {
  const named = (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.name
  const words = named && (ts.isIdentifier(named) || ts.isStringLiteral(named)) ? named.text : 'secret'
  const name = words.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/\W+/g, '_')
  return name.toUpperCase().replace(/^(?=\d)/, '_')
}

function literalOf(search: Search, at: LiteralRef, what: string) {
  const statement = statementAt(search, at, what)
  const literal = statement && literalAt(statement.node, at)
  if (literal) return { statement, literal }
  if (statement)
    search.problems.push({
      message: `The statement of the ${what} has no literal ${at.literal + 1} any more.`,
      cell: at.cell,
    })
  return undefined
}

function statementAt({ refs, problems }: Search, at: StatementRef, what: string): Statement | undefined {
  const statement = refs.find(at)
  if (!statement)
    problems.push({
      message: `The statement of the ${what} is not in the notebook any more: the edit is left out.`,
      cell: at.cell,
    })
  return statement
}

function append<Item>(lists: Map<number, Item[]>, key: number, item: Item): void {
  lists.set(key, [...(lists.get(key) ?? []), item])
}
