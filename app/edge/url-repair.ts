/**
 * A request's URL with percent signs that stand for themselves written as such. People type `/r/100%` and browsers
 * send it like that; it should be found, or not found, like every other address.
 */
export function repairUrl(url: string): string {
  const end = url.search(/[?#;]/);
  const path = end === -1 ? url : url.slice(0, end);
  if (isDecodable(path)) return url;
  const encoded = path.replaceAll(/%(?![0-9a-f]{2})/gi, '%25');
  return (isDecodable(encoded) ? encoded : path.replaceAll('%', '%25')) + url.slice(path.length);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
