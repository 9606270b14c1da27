/** The files of a drop, those inside dropped folders too; what starts with a dot is left out. */
export async function filesOf(dropped: DataTransfer): Promise<File[]> {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.()).filter((entry): entry is FileSystemEntry => !!entry);
  if (!entries.length) return [...dropped.files];
  const found = await Promise.all(entries.map(inside));
  return found.flat().filter((file) => !file.name.startsWith("."));
}

async function inside(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed)); // a hundred at a time
    if (!part.length) return files;
    files.push(...(await Promise.all(part.map(inside))).flat());
  }
}
