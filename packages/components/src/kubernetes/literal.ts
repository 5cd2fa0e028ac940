/**
 * Text that Kubernetes passes on as it is: in `args` and `env` it takes `$(NAME)` for a variable and `$$` for one `$`.
 */
export function literal(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, () => '$$');
}
