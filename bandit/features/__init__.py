"""Features of tasks as the engine keeps them: few numbers, short texts, and no raw long text."""
