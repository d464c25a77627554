/** Answers of a fitted model: one row in process, with its catalog feature looked up, and 64 rows at once. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServing } from '../backend/endpoints/engine-serving.ts'
import { predict } from '../backend/endpoints/predict.ts'
import { rowShape } from '../backend/endpoints/rows.ts'
import { openEngine } from '../engine/index.ts'
import { loadProject } from '../library/project.ts'
import { measure, median, row, type BenchSuite } from './bench.ts'

const strike = {
  'Wildlife Size': 'Large',
  'Phase of flight': 'Climb',
  'Time of day': 'Day',
  'Origin State': 'New York',
  'Wildlife Species': 'Canada goose',
  'Flight Date': '2001-06-12',
  'Speed IAS in knots': 180,
  'Aircraft Airline Operator': 'DELTA AIR LINES',
}

const suite: BenchSuite = async ({ log }) => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  try {
    log('training the bird strikes model')
    const checkout = join(import.meta.dirname, '..')
    await mkdir(join(root, 'data'))
    await cp(join(checkout, 'examples/birdstrikes/damage.slip'), join(root, 'damage.slip'))
    await cp(
      join(checkout, 'node_modules/vega-datasets/data/birdstrikes.csv'),
      join(root, 'data/birdstrikes.csv'),
    )
    const { plan } = (await loadProject(root)).plan('damage.slip')
    const engine = await openEngine({ root })
    const { onnx, card } = await engine.train(plan!)
    await engine.close()

    const serving = createServing()
    const [onnxFile, onlineFile] = [join(root, 'model.onnx'), join(root, 'online.db')]
    await writeFile(onnxFile, onnx)
    await serving.fillOnline({ project: root, card, file: onlineFile })
    const scorer = await serving.loadScorer(onnxFile, card)
    const served = { card, shape: rowShape(card), scorer, online: serving.openOnline(onlineFile) }

    log('scoring')
    const sent = { ...strike, experience: 3 }
    const direct = await measure(() => scorer.score([sent]), { times: 2000, warmUp: 500 })
    const looked = await measure(() => predict(served, [strike]), { times: 2000, warmUp: 500 })
    const many = Array.from({ length: 64 }, () => strike)
    const batch = await measure(() => predict(served, many), { times: 300, warmUp: 50 })
    served.online.close()
    await scorer.close()
    return [
      row('one row scored in process', 'ms', { ours: median(direct), goal: 0.2 }),
      row('one row checked, feature looked up, scored', 'ms', { ours: median(looked) }),
      row('64 rows checked, features looked up, scored', 'ms', { ours: median(batch) }),
    ]
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

export default suite
