declare module '*.md' {
  const chapter: import('./chapter.js').Chapter;
  export default chapter;
}
