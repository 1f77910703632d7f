"""Resend : ce qu'il advient des messages envoyés, et les adresses où il ne faut plus écrire."""
