export function writeSiteData(): Promise<void>;
