export async function use({
  factor,
  total,
}: {
  factor: number
  total: number
}): Promise<{ doubled: { total: number } }> {
  const doubled = { total: total * factor }

  return { doubled }
}
