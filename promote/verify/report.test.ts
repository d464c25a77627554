import assert from 'node:assert/strict'
import test from 'node:test'
import { headline, printReport } from './report.ts'
import type { Verification } from './types.ts'

const verification: Verification = {
  outputs: [
    { name: 'late', verdict: 'exact', differences: [] },
    {
      name: 'share',
      verdict: 'different',
      cause: 'drift',
      differences: ['$.a: 1 in the live session, <b>2</b> in the replay'],
    },
  ],
  passed: false,
  blocked: false,
  runs: [
    { run: 'live', state: 'ran' },
    { run: 'replay', state: 'ran', seconds: 1.25 },
    { run: 'again', state: 'ran', seconds: 1 },
    { run: 'document', state: 'failed', seconds: 1, message: 'ReferenceError: x\n  at' },
    { run: 'pipeline', state: 'ran', seconds: 2 },
  ],
  findings: [
    {
      cause: 'hidden-state',
      message: 'Run from top to bottom, the notebook fails.',
      cells: [{ cell: 'c1', message: 'was edited after it ran; what ran is taken' }],
      outputs: ['late'],
      choices: ['log', 'document'],
    },
  ],
  sample: { rows: 100, files: [{ path: 'data/a.csv', rows: 100, of: 5000 }], whole: ['b.arrow'] },
}

test('the report: verdicts first, then why, then what was run', () => {
  assert.equal(
    printReport({ name: 'flights', version: 'sha256:00', verification }),
    `# Verification of flights

**Not all verified, on a sample of 100 rows.** 1 of 2 outputs are what the notebook gave: 1 exact, 1 different.

On a part of the data only:

- \`data/a.csv\`: 100 of 5,000 rows
- \`b.arrow\`: whole

| output | verdict | why |
|---|---|---|
| \`late\` | exact | the same |
| \`share\` | different | not the same; the live session showed something else |

\`share\` differs:

- $.a: 1 in the live session, \\<b\\>2\\</b\\> in the replay

## Hidden state

Run from top to bottom, the notebook fails.

- cell \`c1\` was edited after it ran; what ran is taken

To promote the document instead: \`slipway promote NOTEBOOK --from document\`.

## What was run

| run | what | how it went |
|---|---|---|
| live | what the session showed | compared |
| replay | what ran, in its order, in a fresh session | 1.3 s |
| replay again | the same once more | 1.0 s |
| document | the cells from top to bottom | failed after 1.0 s: ReferenceError: x |
| pipeline | the steps, a process each | 2.0 s |

Pipeline version \`sha256:00\`.
`,
  )
})

test('the headline says when it is not the notebook, and when there was nothing', () => {
  assert.match(headline({ ...verification, blocked: true }), /Not the notebook/)
  assert.match(headline({ ...verification, outputs: [] }), /nothing to compare/)
  const { sample: _, ...whole } = { ...verification, passed: true, outputs: verification.outputs.slice(0, 1) }
  assert.equal(headline(whole), '**Verified.** The pipeline gives what the notebook gave: 1 exact.')
})
