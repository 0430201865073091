/** A button that has the user choose a file. */
export function FileButton({
  label,
  accept,
  onFile,
}: {
  readonly label: string;
  /** Which files are offered: endings and types, with commas between them. */
  readonly accept: string;
  readonly onFile: (file: File) => void;
}) {
  return (
    <label class="button">
      {label}
      <input
        type="file"
        accept={accept}
        class="unseen"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) onFile(file);
          currentTarget.value = ''; // so that the same file can be opened again
        }}
      />
    </label>
  );
}
