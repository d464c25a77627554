/** The editor's theme as it changes, and text to the clipboard. */

/** Calls the listener after the theme has changed. Returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const observer = new MutationObserver(() => {
    clearTimeout(timer)
    timer = setTimeout(listener, 50)
  })
  // VS Code puts classes on the body and custom properties on the root.
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] })
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] })
  return () => {
    clearTimeout(timer)
    observer.disconnect()
  }
}

/** Copies text, and says on the button whether it could. */
export async function copyText(text: string, button: HTMLButtonElement): Promise<void> {
  const before = button.textContent
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  } catch {
    button.textContent = 'Not allowed here'
  }
  setTimeout(() => (button.textContent = before), 1500)
}
