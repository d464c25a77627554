/** Every command, in the order in which help shows them. */
import type { AddCommand } from '../program.ts'
import { addAssist } from './assist.ts'
import { addBackend } from './backend.ts'
import { addCheck } from './check.ts'
import { addDeploy } from './deploy.ts'
import { addDiff } from './diff.ts'
import { addExplain } from './explain.ts'
import { addFeatures } from './features.ts'
import { addInit } from './init.ts'
import { addKernel } from './kernel.ts'
import { addLink } from './link.ts'
import { addLsp } from './lsp.ts'
import { addPreview } from './preview.ts'
import { addPromote } from './promote.ts'
import { addRun } from './run.ts'
import { addRuns } from './runs.ts'
import { addReport } from './report.ts'
import { addSql } from './sql.ts'
import { addSubmit } from './submit.ts'
import { addTest } from './test.ts'
import { addTrain } from './train.ts'

export const commands: readonly AddCommand[] = [
  addInit,
  addCheck,
  addTest,
  addTrain,
  addExplain,
  addSql,
  addPreview,
  addFeatures,
  addRun,
  addPromote,
  addDiff,
  addSubmit,
  addRuns,
  addDeploy,
  addLink,
  addLsp,
  addAssist,
  addKernel,
  addBackend,
  addReport,
]
