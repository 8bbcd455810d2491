/**
 * Buttons that copy a field of the page: `data-copies` names it. They show themselves once this runs; without it the
 * field can be selected. `data-copied` is where it is said that it worked.
 */

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copies]')) {
  const field = document.getElementById(button.dataset.copies ?? '');
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue;
  button.hidden = false;
  button.addEventListener('click', () => void copy(field));
}

async function copy(field: HTMLInputElement | HTMLTextAreaElement): Promise<void> {
  const said = document.querySelector<HTMLElement>(`[data-copied="${field.id}"]`);
  if (said) said.textContent = '';
  try {
    await navigator.clipboard.writeText(field.value);
    if (said) said.textContent = said.dataset.text ?? '';
  } catch {
    // Not allowed: it is selected, to be copied by hand.
    field.focus();
    field.select();
  }
}
