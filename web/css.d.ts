/** A style sheet as text; webpack inlines it. */
declare module '*.css' {
  const text: string
  export default text
}
