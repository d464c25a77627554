/** Functions of text. Characters are code points. */
import type { FunctionName } from '../plan.ts'
import {
  type Example,
  type FunctionEntry,
  type Parameter,
  example,
  ifAny,
  of,
  parameter,
  text,
} from './entry.ts'

const x = parameter('x', text)

export const textFunctions: readonly FunctionEntry[] = [
  ofText('lower', [x], {
    doc: 'The text with the letters A to Z in lower case.',
    example: example('lower("Boise")', '"boise"'),
  }),
  ofText('upper', [x], {
    doc: 'The text with the letters a to z in upper case.',
    example: example('upper("Boise")', '"BOISE"'),
  }),
  ofText('trim', [x], {
    doc: 'The text without blanks, tabs and line ends at both ends.',
    example: example('trim("  Boise ")', '"Boise"'),
  }),
  ofText('length', [x], {
    to: 'int',
    doc: 'The number of code points of the text.',
    example: example('length("Boise")', '5'),
  }),
  ofText('starts_with', [x, parameter('part', text)], {
    to: 'bool',
    doc: 'Whether the text begins with the part. Case matters.',
    example: example('starts_with("Boise", "Bo")', 'true'),
  }),
  ofText('ends_with', [x, parameter('part', text)], {
    to: 'bool',
    doc: 'Whether the text ends with the part. Case matters.',
    example: example('ends_with("Boise", "se")', 'true'),
  }),
  ofText('contains', [x, parameter('part', text)], {
    to: 'bool',
    doc: 'Whether the part stands anywhere in the text. Case matters.',
    example: example('contains("Boise", "OI")', 'false'),
  }),
  ofText('replace', [x, parameter('from', text), parameter('to', text)], {
    doc: 'The text with every occurrence of `from` replaced; an empty `from` changes nothing.',
    example: example('replace("a-b-c", "-", "")', '"abc"'),
  }),
  {
    name: 'substring',
    function: 'substring',
    parameters: [x, parameter('start', ['int']), parameter('length', ['int'])],
    result: of('string'),
    signature: 'substring(x: string, start: int, length: int): string',
    missing: ifAny,
    doc: 'The code points at the places start, start + 1, … of the text, `length` of them. The first place is 1; places outside the text are empty.',
    example: example('substring("Boise", 2, 3)', '"ois"'),
  },
  {
    name: 'concat',
    function: 'concat',
    parameters: [x],
    variadic: true,
    result: of('string'),
    signature: 'concat(x: string, …): string',
    missing: ifAny,
    doc: 'The texts one after the other.',
    example: example('concat("BOI", "-", "SEA")', '"BOI-SEA"'),
  },
]

interface TextOptions {
  readonly to?: 'string' | 'int' | 'bool'
  readonly doc: string
  readonly example: Example
}

function ofText(
  name: FunctionName,
  parameters: readonly Parameter[],
  { to = 'string', doc, example: shown }: TextOptions,
): FunctionEntry {
  const names = parameters.map(({ name: p }) => `${p}: string`)
  return {
    name,
    function: name,
    parameters,
    result: of(to),
    signature: `${name}(${names.join(', ')}): ${to}`,
    missing: ifAny,
    doc,
    example: shown,
  }
}
