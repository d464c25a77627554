import { model, type Table, type TrainedModel } from 'slipway'

export async function train({
  flights,
  sampleRows,
}: {
  flights: Table
  sampleRows: number | 'all'
}): Promise<{ late: TrainedModel }> {
  const late = await model('late.slip').train({ observations: flights, rows: sampleRows })

  return { late }
}
