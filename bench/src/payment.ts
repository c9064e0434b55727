/** A payment between two different members of one bank, of up to an hour. */
export function randomPayment(
  memberIds: readonly string[],
  handles: readonly string[],
): { from: string; to: string; minutes: number; content: string } {
  const giver = Math.floor(Math.random() * memberIds.length);
  const receiver = (giver + 1 + Math.floor(Math.random() * (handles.length - 1))) % handles.length;
  return {
    from: memberIds[giver] as string,
    to: handles[receiver] as string,
    minutes: 1 + Math.floor(Math.random() * 60),
    content: 'an hour of the bench',
  };
}
