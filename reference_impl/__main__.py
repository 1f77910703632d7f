"""`python -m reference_impl` : servir, migrer, et les travaux d'arrière-plan."""

from reference_impl.cli.french import install

install()  # avant click, qui lit certains de ses textes à l'importation

from reference_impl.cli.commands import main  # noqa: E402

if __name__ == "__main__":
    main()
