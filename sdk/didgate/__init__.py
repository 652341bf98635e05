"""Access to AI models, data and tools by what people and agents can prove."""
