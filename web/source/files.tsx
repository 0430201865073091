/** All files by their folders. That of the file that is shown is open. */
import files from 'virtual:sources';
import { useCurrentInView } from '../reference/inView.js';
import { language, texts } from '../shell/settings.js';

const folderOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const folders = [...new Set(files.map(folderOf))].sort();

/** `asked`: a file, or a folder. */
export function Files({ asked }: { asked: string }) {
  const { source: text } = texts.value;
  const open = folders.includes(asked) ? asked : folderOf(asked);
  const navigation = useCurrentInView(asked);
  const address = (file: string) => `?file=${file}&lang=${language.value}`;
  return (
    <nav ref={navigation} aria-label={text.files}>
      {folders.map((folder) => (
        <details key={folder} open={folder === open}>
          <summary>{folder === '' ? '/' : folder}</summary>
          <ul>
            {files
              .filter((file) => folderOf(file) === folder)
              .map((file) => (
                <li key={file}>
                  <a href={address(file)} aria-current={file === asked ? 'page' : undefined}>
                    {file.slice(folder === '' ? 0 : folder.length + 1)}
                  </a>
                </li>
              ))}
          </ul>
        </details>
      ))}
    </nav>
  );
}
