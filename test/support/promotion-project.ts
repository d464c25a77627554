/** A small project whose notebook has what real ones have: headings, dead ends, a constant, a literal to lift. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface NotebookCell {
  readonly id: string
  readonly source: string
  readonly kind?: 'markdown'
  /** The name of the output that it stands for. */
  readonly output?: string
}

export const delayCells: readonly NotebookCell[] = [
  { id: 'title', kind: 'markdown', source: '# Which airports are late?' },
  { id: 'imports', source: "import { read, sql } from 'slipway'" },
  { id: 'load-title', kind: 'markdown', source: '## Load' },
  { id: 'raw', source: "// What the airports sent, as it came.\nconst raw = read('data/delays.csv')" },
  {
    id: 'look',
    source: 'const longest = await sql`select max(delay) as minutes from ${raw}`.rows()\nlongest',
  },
  { id: 'clean-title', kind: 'markdown', source: '## Clean\n\nA flight that was not flown has no delay.' },
  { id: 'limit', source: 'const limit = 15 // minutes from which a flight is late' },
  {
    id: 'flights',
    source: [
      'const flights = await sql`',
      '  select origin, delay from ${raw} where delay is not null',
      '`.rows()',
    ].join('\n'),
  },
  { id: 'count', source: 'flights.filter(flight => Number(flight.delay) > limit).length' },
  { id: 'sum-title', kind: 'markdown', source: '## Summarise' },
  {
    id: 'share',
    source: [
      '// The share of late flights by airport.',
      'const share: Record<string, number> = {}',
      'for (const origin of new Set(flights.map(flight => String(flight.origin)))) {',
      '  const own = flights.filter(flight => flight.origin === origin)',
      '  share[origin] = own.filter(flight => Number(flight.delay) > limit).length / own.length',
      '}',
    ].join('\n'),
  },
  {
    id: 'worst',
    output: 'worst',
    source: [
      'const worst = Object.entries(share)',
      '  .filter(([, value]) => value > 0.25)',
      '  .map(([origin]) => origin)',
      '  .sort()',
      'worst',
    ].join('\n'),
  },
]

/** nbformat JSON for our kernel. */
export function notebookJson(cells: readonly NotebookCell[], metadata: object = {}): string {
  return JSON.stringify(
    {
      cells: cells.map(({ id, source, kind, output }) => ({
        cell_type: kind ?? 'code',
        id,
        metadata: output === undefined ? {} : { slipway: { output } },
        source: source.split(/(?<=\n)/),
        ...(kind === undefined && { execution_count: null, outputs: [] }),
      })),
      metadata: {
        kernelspec: { display_name: 'Slipway (TypeScript)', language: 'typescript', name: 'slipway' },
        language_info: { name: 'slipway-typescript', file_extension: '.ts' },
        ...metadata,
      },
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  )
}

/** Delays of 240 flights of six airports; every tenth was not flown. The same each time. */
function delaysCsv(): string {
  const airports = ['BOI', 'DEN', 'JFK', 'ORD', 'SEA', 'SFO']
  const rows = Array.from({ length: 240 }, (_, i) => {
    const airport = airports[i % airports.length] ?? ''
    const delay = ((i * 37) % 61) - 12 + (airport === 'JFK' || airport === 'ORD' ? 14 : 0)
    return `${airport},${i % 10 === 9 ? '' : delay}`
  })
  return `origin,delay\n${rows.join('\n')}\n`
}

/** Makes the project in a folder of its own, which the caller removes. The notebook is `delays.ipynb`. */
export async function createDelaysProject(cells = delayCells): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-delays-'))
  await mkdir(join(root, 'data'))
  await writeFile(join(root, 'slipway.json'), '{ "language": 1 }\n')
  await writeFile(join(root, 'data/delays.csv'), delaysCsv())
  await writeFile(join(root, 'delays.ipynb'), notebookJson(cells))
  return root
}
