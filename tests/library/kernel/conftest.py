import pytest
from cells_of import Cells


@pytest.fixture
def cells():
    return Cells()


@pytest.fixture
def cells_with():
    return Cells
