# completion.bash - bash completion for an installed kafkasim (in share/bash-completion/completions/kafkasim).
# The script itself comes from the program, so that both are always of one version (cli/completion.cpp).
source <(kafkasim completion bash)
