import { DataFrame, readCSV } from 'danfojs-node'

export async function clean(): Promise<{ df: DataFrame; before: number }> {
  const df = await readCSV('data/birds.csv')
  df.drop({ columns: ['id'], inplace: true })

  const before = df.shape[0]

  const df2 = new DataFrame([[before]])
  df2.fillNa(0, { inplace: true })

  return { df: df2, before }
}
