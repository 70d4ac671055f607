import { notifications } from "@mantine/notifications";
import { type QueryKey, type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";

/**
 * Something the server is asked to do. `done`: what is said when it has; `refresh`: what has to be asked again then.
 * A failure stays in `error`, for the place where it was tried.
 */
export function useAction<Input = void, Output = unknown>(wish: {
  readonly work: (input: Input) => Promise<Output>;
  readonly done?: string | ((output: Output, input: Input) => string);
  readonly refresh?: readonly QueryKey[];
  readonly after?: (output: Output, input: Input) => void;
}): UseMutationResult<Output, Error, Input> {
  const queries = useQueryClient();
  return useMutation<Output, Error, Input>({
    mutationFn: wish.work,
    async onSuccess(output, input) {
      const { done } = wish;
      if (done !== undefined) {
        notifications.show({ message: typeof done === "string" ? done : done(output, input), color: "teal" });
      }
      // Whoever waits for the page to go on does not wait for lists to be asked again.
      wish.after?.(output, input);
      await Promise.all((wish.refresh ?? []).map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
}
