export function KeepPanel() {
  return null;
}
