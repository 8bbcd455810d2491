/**
 * Opens and closes a modal `<dialog>` as people expect it: a press beside it closes it, and so does its own button.
 *
 * @param onClose - called however it was closed.
 */
export function connectSheet(
  dialog: HTMLDialogElement,
  closeButton: HTMLButtonElement | null,
  onClose: () => void = () => {},
): void {
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', onClose);
  if (closeButton) closeButton.onclick = () => dialog.close();
}
